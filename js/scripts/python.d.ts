export function findPython(): string | null;
export function wireTypes(): string | null;
