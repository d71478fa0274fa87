export const messages = {
  en: { title: "Lab" },
  zh: { title: "Lab" },
};
