/** Variables that name a file of trusted certificates, and which clients read them. */
export const trustVariables = [
  'REQUESTS_CA_BUNDLE', // requests: tmdbapis, cloudscraper, arrapi, plexapi, all of modules/request.py
  'CURL_CA_BUNDLE', // requests, where the first one is not set; curl_cffi
  'SSL_CERT_FILE', // urllib (letterboxd.py:120); curl_cffi, before the others
] as const
export type TrustVariable = (typeof trustVariables)[number]
