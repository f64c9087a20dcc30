/** Seconds as a clock shows them: `0:07`, `12:05`, `1:00:00`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** How long ago, in the largest unit that fits: `just now`, `5 minutes`, `1 day`, `3 years`. */
export function formatAge(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  const steps: [unit: string, minutes: number][] = [
    ['year', 365 * 24 * 60],
    ['day', 24 * 60],
    ['hour', 60],
    ['minute', 1],
  ];
  const [unit, length] = steps.find(([, size]) => minutes >= size) ?? [];
  if (unit === undefined || length === undefined) return 'just now';
  const count = Math.floor(minutes / length);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
