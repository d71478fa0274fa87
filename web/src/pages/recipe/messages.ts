export const messages = {
  en: { title: "Recipe" },
  zh: { title: "Recipe" },
};
