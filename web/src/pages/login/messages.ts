export const messages = {
  en: {
    title: "Come in",
    lead: "This lab is open to whoever was invited.",
    secret: "Invitation or token",
    secretHelp: "It works once if it is an invitation; this browser stays logged in.",
    enter: "Log in",
    none: "No invitation? Whoever looks after this lab can make one: “cairn account invite NAME”.",
  },
  zh: {
    title: "请进",
    lead: "本实验室对受邀者开放。",
    secret: "邀请码或令牌",
    secretHelp: "邀请码只能使用一次；此后本浏览器保持登录。",
    enter: "登录",
    none: "没有邀请码？实验室的管理者可用“cairn account invite 名字”生成。",
  },
};
