import type { ReactNode } from "react";

/** Line icons of 16 by 16, in the colour of the text; sorted by name. Hidden from screen readers: the words say it. */

export interface IconProps {
  readonly size?: number;
}

function icon(drawing: ReactNode) {
  return function Icon({ size = 16 }: IconProps) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    );
  };
}

export const IconAgent = icon(
  <>
    <rect x="3" y="5.5" width="10" height="7.5" rx="2" />
    <path d="M8 5.5V3M6 9v1M10 9v1" />
    <circle cx="8" cy="2.4" r=".6" />
  </>,
);
export const IconAlert = icon(<path d="M8 2.2 14.2 13H1.8L8 2.2ZM8 6.4v3M8 11.2v.1" />);
export const IconArrowRight = icon(<path d="M3 8h10M9 4l4 4-4 4" />);
export const IconCheck = icon(<path d="m3 8.5 3.2 3.2L13 4.8" />);
export const IconChevronDown = icon(<path d="m4 6 4 4 4-4" />);
export const IconChevronRight = icon(<path d="m6 4 4 4-4 4" />);
export const IconClock = icon(
  <>
    <circle cx="8" cy="8" r="5.8" />
    <path d="M8 4.8V8l2.2 1.5" />
  </>,
);
export const IconClose = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const IconColumns = icon(<path d="M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10" />);
export const IconComment = icon(<path d="M2.5 3.5h11v7.5h-6L4.5 13.5V11h-2z" />);
export const IconCopy = icon(
  <>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
  </>,
);
export const IconDownload = icon(<path d="M8 2.5v7M5 7l3 3 3-3M2.8 12.8h10.4" />);
export const IconEvidence = icon(<path d="M8 2v12M3 4.5h7M5 8h7.5M4 11.5h5" />);
export const IconEyeOff = icon(
  <path d="M2 2l12 12M6.6 4.2C7 4.1 7.5 4 8 4c3.5 0 6 4 6 4s-.7 1.1-1.9 2.2M4 5.6C2.7 6.6 2 8 2 8s2.5 4 6 4c.9 0 1.7-.2 2.4-.6" />,
);
export const IconHome = icon(<path d="M2.5 7.2 8 2.8l5.5 4.4v6h-4V9.5h-3v3.7h-4z" />);
export const IconLab = icon(
  <path d="M6 2.2h4M6.7 2.2v4L3 12.2a1 1 0 0 0 .9 1.5h8.2a1 1 0 0 0 .9-1.5L9.3 6.2v-4M5 10h6" />,
);
export const IconLanguage = icon(
  <>
    <circle cx="8" cy="8" r="5.8" />
    <path d="M2.2 8h11.6M8 2.2c4 3.6 4 8 0 11.6M8 2.2c-4 3.6-4 8 0 11.6" />
  </>,
);
export const IconLink = icon(
  <path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.8-.8" />,
);
export const IconMoon = icon(<path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5Z" />);
export const IconMore = icon(<path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" />);
export const IconPause = icon(<path d="M5.5 3.5v9M10.5 3.5v9" />);
export const IconPerson = icon(
  <>
    <circle cx="8" cy="5.2" r="2.7" />
    <path d="M2.8 13.5c.6-2.8 2.7-4 5.2-4s4.6 1.2 5.2 4" />
  </>,
);
export const IconPlay = icon(<path d="M5 3.2 12.5 8 5 12.8z" />);
export const IconPlus = icon(<path d="M8 3v10M3 8h10" />);
export const IconQueue = icon(<path d="M2.5 4h7M2.5 8h7M2.5 12h7M13 4.5v7M11.3 9.8 13 11.5l1.7-1.7" />);
export const IconRecipe = icon(
  <>
    <circle cx="3.6" cy="8" r="1.6" />
    <circle cx="12.4" cy="4" r="1.6" />
    <circle cx="12.4" cy="12" r="1.6" />
    <path d="M5.2 8h2.3c1 0 .8-4 3.3-4M7.5 8c1 0 .8 4 3.3 4" />
  </>,
);
export const IconRuns = icon(<path d="M2.5 13.5v-11M2.5 13.5h11M4.5 10.5c2-6 3 0 4.5-3s2-2.5 4-3" />);
export const IconSearch = icon(
  <>
    <circle cx="7" cy="7" r="4.3" />
    <path d="m10.3 10.3 3.2 3.2" />
  </>,
);
export const IconSettings = icon(<path d="M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.3v3.4M6 9.3v3.4" />);
export const IconSun = icon(
  <>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
  </>,
);
export const IconSystem = icon(<path d="M2.5 3.5h11v7.5h-11zM6 13.5h4M8 11v2.5" />);
export const IconUndo = icon(<path d="M5.5 3 2.5 6l3 3M2.5 6h6.5a4 4 0 0 1 0 8H6" />);
