import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from "@mantine/core";

/** Mantine in the colours of tokens.css: small, quiet, dense. */

const iris: MantineColorsTuple = [
  "#eceefb",
  "#d9dcf6",
  "#b6bcee",
  "#a0a8fa",
  "#7f88e8",
  "#6670de",
  "#4650c4",
  "#3b44ab",
  "#303791",
  "#262c75",
];

/** The library's greys, in the tokens' temper: borders, fields and what is switched off are made of them. */
const gray: MantineColorsTuple = [
  "#fafaf9",
  "#f4f4f2",
  "#ecebe8",
  "#e2e1dd",
  "#cfcdc7",
  "#adaba4",
  "#75747a",
  "#5e6067",
  "#3c3d42",
  "#1f2023",
];
const dark: MantineColorsTuple = [
  "#e7e7ea",
  "#c9cad0",
  "#a0a3ab",
  "#83868f",
  "#34373d",
  "#2a2c31",
  "#1e2024",
  "#131416",
  "#0e0f11",
  "#0a0b0c",
];

export const theme = createTheme({
  primaryColor: "iris",
  primaryShade: { light: 6, dark: 6 },
  colors: { iris, gray, dark },
  fontFamily: "var(--font-text)",
  fontFamilyMonospace: "var(--font-code)",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.25rem", lineHeight: "1.35" },
      h2: { fontSize: "1rem", lineHeight: "1.4" },
      h3: { fontSize: "0.875rem", lineHeight: "1.45" },
    },
  },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "never",
  components: {
    Button: { defaultProps: { size: "xs", fw: 500 } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    TextInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    MultiSelect: { defaultProps: { size: "xs" } },
    TagsInput: { defaultProps: { size: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs" } },
    Checkbox: { defaultProps: { size: "xs" } },
    Switch: { defaultProps: { size: "xs" } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, fz: "xs" } },
    Menu: { defaultProps: { shadow: "md", withinPortal: true } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: "sm" } },
  },
});

/** The tokens are the truth: Mantine's own surfaces and greys follow them in both schemes. */
const surfaces = {
  "--mantine-color-body": "var(--canvas)",
  "--mantine-color-text": "var(--text)",
  "--mantine-color-dimmed": "var(--dim)",
  "--mantine-color-placeholder": "var(--dim)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-error": "var(--harm)",
  "--mantine-color-default": "var(--panel)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-border": "var(--line)",
  "--mantine-color-default-color": "var(--text)",
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: surfaces, dark: surfaces });

/** As before-paint.js has it. */
export const schemes = localStorageColorSchemeManager({ key: "cairn-scheme" });
