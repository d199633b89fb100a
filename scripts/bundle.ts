/** The last step of `npm run build`: what tsc doesn't make. */
await Promise.all([import('./bundle-kysely.js'), import('./bundle-console.js'), import('./bundle-widget.js')]);
