// Figures in words, as a person would say them.

const kNarrowSpace = '\u202f';

// Never rounds up to certainty or down to impossibility.
export function percent(probability: number): string {
  if (probability > 0.999 && probability < 1) return `> 99.9${kNarrowSpace}%`;
  if (probability < 0.001 && probability > 0) return `< 0.1${kNarrowSpace}%`;
  const value = probability * 100;
  const digits = value > 99 || value < 1 ? 1 : 0;
  return `${value.toFixed(digits).replace(/\.0$/, '')}${kNarrowSpace}%`;
}

export function sureness(confidence: number | null): string {
  if (confidence === null) return 'Nothing to read';
  if (confidence >= 0.98) return 'Very sure';
  if (confidence >= 0.9) return 'Sure';
  if (confidence >= 0.7) return 'Fairly sure';
  if (confidence >= 0.4) return 'Unsure';
  return 'Little more than a guess';
}

export function verdict(confidence: number | null): string {
  if (confidence === null) return sureness(null);
  return `${sureness(confidence)}, ${percent(confidence)}`;
}

const kAges: [limitSeconds: number, unitSeconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60 * 60, 60, 'minute'],
  [24 * 60 * 60, 60 * 60, 'hour'],
  [7 * 24 * 60 * 60, 24 * 60 * 60, 'day'],
];

export function age(createdAt: string, now: Date = new Date()): string {
  const created = new Date(createdAt);
  const seconds = (now.getTime() - created.getTime()) / 1000;
  // A clock a little ahead of ours must not produce "in 2 minutes".
  if (seconds < 60) return 'just now';
  const relative = new Intl.RelativeTimeFormat('en', { style: 'short' });
  for (const [limit, size, unit] of kAges) {
    if (seconds < limit) return relative.format(-Math.floor(seconds / size), unit);
  }
  return created.toLocaleDateString('en', { year: 'numeric', month: 'short', day: 'numeric' });
}

export function exactTime(createdAt: string): string {
  return new Date(createdAt).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' });
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const kibibytes = bytes / 1024;
  if (kibibytes < 1024) return `${kibibytes.toFixed(kibibytes < 10 ? 1 : 0)} KiB`;
  return `${(kibibytes / 1024).toFixed(1)} MiB`;
}

export function milliseconds(value: number): string {
  const digits = value < 10 ? 1 : 0;
  return `${value.toFixed(digits)}${kNarrowSpace}ms`;
}

export function seconds(count: number): string {
  return count === 1 ? '1 second' : `${count} seconds`;
}

// "4 2" is read out digit by digit; "42" would be read as forty-two.
export function spokenText(text: string): string {
  return text
    .split('\n')
    .map((line) => [...line].join(' '))
    .join(', next line ');
}
