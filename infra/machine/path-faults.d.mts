export function faultOfPath(path: string): string | undefined;
