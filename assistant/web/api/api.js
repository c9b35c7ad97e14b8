// The OpenAPI page: Swagger UI over the service's own description.
window.SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true });
