# The service as a container image.
#
#   docker build -t plinth-service .
#   docker run --rm -p 8000:8000 -e DATABASE_URL=postgres://user:password@host:5432/database plinth-service
#
# Without DATABASE_URL it keeps its data in the embedded PostgreSQL, in the volume, which must
# belong to one container at a time (docs/embedded.md):
#
#   docker run --rm -p 8000:8000 -v plinth-data:/app/.plinth plinth-service
#
# An orderly end takes up to 25 seconds: stop it with `docker stop --time 30`.

ARG NODE_IMAGE=node:24-slim

# What both npm installations read.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY plinth/package.json plinth/
COPY service/package.json service/

FROM manifests AS build
RUN npm ci
COPY tsconfig.json tsconfig.base.json ./
COPY plinth/tsconfig.json plinth/
COPY plinth/src plinth/src
COPY service/tsconfig.json service/
COPY service/src service/src
RUN npm run build

FROM manifests AS packages
RUN npm ci --omit=dev --omit=optional

FROM ${NODE_IMAGE} AS runtime
WORKDIR /app
# NODE_ENV is read by packages, the others by the service; .env.example describes them.
ENV NODE_ENV=production \
    APP_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000
# The code belongs to root and the service runs as node: it can write into the volume alone.
RUN mkdir .plinth && chown node:node .plinth
COPY --from=packages /app ./
COPY --from=build /app/plinth/dist plinth/dist
COPY --from=build /app/service/dist service/dist
COPY plinth/bin plinth/bin
COPY service/revisions service/revisions
USER node
VOLUME /app/.plinth
EXPOSE 8000
STOPSIGNAL SIGTERM
# Creating the embedded database takes a few seconds; a server is reached at once.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# No npm in between: node is process 1 and gets the signals.
CMD ["node", "service/dist/main.js"]
