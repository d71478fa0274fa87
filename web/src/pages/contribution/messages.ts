export const messages = {
  en: { title: "Contribution" },
  zh: { title: "Contribution" },
};
