export const messages = {
  en: { title: "Login" },
  zh: { title: "Login" },
};
