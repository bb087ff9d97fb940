export const js: string;
export const served: string;
export const SERVED: string[];
export function bundle(): Promise<Map<string, Buffer>>;
export function bundlePage(): Promise<Map<string, Buffer>>;
