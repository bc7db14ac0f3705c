export const recordAddress = (code: string): string => `/records/${encodeURIComponent(code)}`;
export const fondsAddress = (number: string): string => `/fonds/${encodeURIComponent(number)}`;
export const searchAddress = (q: string): string => `/search?${new URLSearchParams({ q }).toString()}`;
