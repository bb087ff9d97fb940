/** @type {import("next").NextConfig} */
export default {
  reactStrictMode: true, // components render twice in development, and nothing may be heard twice
  redirects: () => [{ source: "/", destination: "/projects/demo1", permanent: false }],
};
