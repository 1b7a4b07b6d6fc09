/** What people call this site: in the header, titles, messages and, by `vite.config.ts`, `index.html`. */
export const productName = "Tintype";
