import type { Express, NextFunction, Request, Response } from 'express';
import swaggerUi from 'swagger-ui-express';

const DOCS_PATH = '/api/docs';

/** Swagger UI over /api/docs.json. Its assets are local and its script is a file, so the strict CSP stands. */
export function mountSwagger(app: Express): void {
  const options = {
    swaggerUrl: `${DOCS_PATH}.json`,
    customSiteTitle: 'Starling API',
    // The badge would ask a server on the internet to read this document.
    swaggerOptions: { validatorUrl: null, persistAuthorization: true },
  };
  app.use(DOCS_PATH, toFolder, swaggerUi.serveFiles(undefined, options));
  const page = swaggerUi.setup(undefined, options);
  app.use(DOCS_PATH, (request: Request, response: Response, next: NextFunction) => {
    // Otherwise every address below would answer with the page, and every method too.
    if (request.method === 'GET' && request.path === '/') page(request, response, next);
    else next();
  });
}

/** The page's assets are relative to its folder, so the address must end as one. */
function toFolder(request: Request, response: Response, next: NextFunction): void {
  if (request.originalUrl.split('?')[0] === DOCS_PATH) response.redirect(308, `${DOCS_PATH}/`);
  else next();
}
