export const js: string;
export const served: string;
export const SERVED: string[];
export function bundle(): Promise<Map<string, Buffer>>;
