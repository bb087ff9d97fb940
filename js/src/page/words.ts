/** The words of one language, with numbers, times and durations as its readers write them. */
import { TEXTS, type Texts } from "./texts.js";

/** A language that the page speaks. */
export type Language = keyof typeof TEXTS;

/** The texts of a language, and what writes numbers into them. */
export interface Words extends Texts {
  readonly language: Language;
  /** Write a fraction in whole percent, never rounded up: 100 % is only what is finished. */
  percent(fraction: number): string;
  /** Write a fraction in percent, to a tenth. */
  exactPercent(fraction: number): string;
  /** Write a moment as a time; with its day where that isn't today. */
  time(moment: string | number): string;
  /** Write seconds in the two largest units that count. */
  duration(seconds: number): string;
  /** Write how long something may still take, no more exactly than it is known. */
  estimate(seconds: number): string;
}

const languageOf = (tag: string | null) => String(tag).toLowerCase().split("-")[0]!;
const isSpoken = (language: string): language is Language => Object.hasOwn(TEXTS, language);

/** Choose what is asked for, else the first of the reader's languages that the page speaks. */
export function chooseLanguage(asked: string | null, preferred: readonly string[]): Language {
  return [asked, ...preferred].map(languageOf).find(isSpoken) ?? "en";
}

/** Cut a fraction to whole percent; what floats lost on the way is forgiven. */
export const wholePercent = (fraction: number): number => Math.floor(fraction * 100 + 1e-9);

/** Write the path of a stage. */
export const pathOf = (stage: readonly string[] | null | undefined): string =>
  Array.isArray(stage) ? stage.join(" › ") : "";

/** Make the words of a language; `preferred` are the reader's locales. */
export function wordsOf(language: Language, preferred: readonly string[]): Words {
  const locale = preferred.find((tag) => languageOf(tag) === language) ?? language;
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const unit = (name: string) => number({ style: "unit", unit: name, unitDisplay: "short" });
  const whole = number({ style: "percent" });
  const exact = number({ style: "percent", maximumFractionDigits: 1 });
  const units = [unit("hour"), unit("minute"), unit("second")] as const;
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

  const duration = (seconds: number) => {
    const rounded = Math.max(0, Math.round(seconds));
    const amounts = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60, rounded % 60];
    const first = rounded ? amounts.findIndex((amount) => amount > 0) : 2;
    const written = amounts.map((amount, at) => (amount || at === first ? units[at]!.format(amount) : ""));
    return written.slice(first, first + 2).filter(Boolean).join(" ");
  };

  return {
    ...TEXTS[language],
    language,
    percent: (fraction) => whole.format(wholePercent(fraction) / 100),
    exactPercent: (fraction) => exact.format(fraction),
    time(moment) {
      const date = new Date(moment);
      if (Number.isNaN(date.getTime())) return "";
      return (date.toDateString() === new Date().toDateString() ? clock : day).format(date);
    },
    duration,
    estimate(seconds) {
      const step = seconds < 20 ? 1 : seconds < 120 ? 5 : seconds < 3600 ? 60 : 300;
      return duration(Math.max(1, Math.ceil(seconds / step) * step));
    },
  };
}
