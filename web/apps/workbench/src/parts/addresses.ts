export const recordAddress = (code: string): string => `/records/${encodeURIComponent(code)}`;
export const accessionAddress = (id: string): string => `/accessions/${encodeURIComponent(id)}`;
export const exceptionsAddress = (id: string): string => `${accessionAddress(id)}/exceptions`;
export const registerAddress = (id: string): string => `${accessionAddress(id)}/register`;
export const lotAddress = (id: string): string => `/quality/${encodeURIComponent(id)}`;
export const inspectionAddress = (id: string): string => `${lotAddress(id)}/inspect`;
export const reportAddress = (id: string): string => `${accessionAddress(id)}/report`;
export const correctionAddress = (id: string): string => `/accessions/new?corrects=${encodeURIComponent(id)}`;
