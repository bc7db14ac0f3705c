export const recordAddress = (code: string): string => `/records/${encodeURIComponent(code)}`;
export const accessionAddress = (id: string): string => `/accessions/${encodeURIComponent(id)}`;
export const reportAddress = (id: string): string => `${accessionAddress(id)}/report`;
