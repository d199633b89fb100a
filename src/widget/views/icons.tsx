import type { ComponentChildren } from 'preact';

/** Drawn with the colour of the text; what they mean is said beside them. */
function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" class="icon">
      {children}
    </svg>
  );
}

export const HelpIcon = () => (
  <Icon>
    <path d="M4 5.5h16v11H11l-4.5 3.5v-3.5H4z" />
    <path d="M8 9.5h8M8 12.5h5" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M14.5 5.5 8 12l6.5 6.5" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);

export const AttachIcon = () => (
  <Icon>
    <path d="m8 12.5 5.6-5.6a2.6 2.6 0 0 1 3.7 3.7l-7 7a4.3 4.3 0 0 1-6.1-6.1L10.5 5.2" />
  </Icon>
);
