/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/tools/jest-environment.js',
  testMatch: ['<rootDir>/{libs,services,test,tools}/**/*.test.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }] },
  // Tests read the sources; only child processes use the build in dist/.
  moduleNameMapper: {
    '^@gradsign/bars/([^/]+)$': '<rootDir>/test/bars/src/$1.ts',
    '^@gradsign/service-kit$': '<rootDir>/libs/service-kit/src/index.ts',
    '^@gradsign/service-([^/]+)$': '<rootDir>/services/$1/src/index.ts',
    '^@gradsign/([^/]+)/([^/]+)$': '<rootDir>/libs/$1/src/$2.ts',
    '^@gradsign/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
  },
  // Timing decides no test: the limit only ends what hangs.
  testTimeout: 60_000,
  modulePathIgnorePatterns: ['/dist/'],
};
