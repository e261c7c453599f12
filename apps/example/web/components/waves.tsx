export const Waves = () => (
  <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--accent)" />
    <path
      d="M6 11c4-4 6 4 10 0s6 4 10 0M6 16c4-4 6 4 10 0s6 4 10 0M6 21c4-4 6 4 10 0s6 4 10 0"
      fill="none"
      stroke="var(--on-accent)"
      strokeWidth="2.4"
      strokeLinecap="round"
    />
  </svg>
);
