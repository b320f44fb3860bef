import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** A kernel that checks itself takes many times as long (scripts/debug-kernel.ts). */
const patience = Number(process.env['REMAP_TEST_PATIENCE'] ?? 1);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // A small machine that builds at the same time is slow, not wrong.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          environment: 'node',
          include: [
            '{app,main,helper,lab,scripts,kernel,bench}/**/*.test.ts',
            'tests/{unit,web,electron,doubles,crash,fuzz,forecast,suites}/**/*.test.ts',
          ],
          exclude: ['**/*.vm.test.ts', '**/node_modules/**'],
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'dom',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          environment: 'jsdom',
          // React's test tools are missing from its production build, whatever the caller's own mode is.
          env: { NODE_ENV: 'test' },
          include: ['renderer/**/*.test.{ts,tsx}'],
        },
      },
      {
        // One machine at a time: two emulated machines on two cores starve each other's guests of time.
        test: {
          name: 'vm',
          environment: 'node',
          include: ['{main,helper,lab}/**/*.vm.test.ts', 'tests/**/*.vm.test.ts'],
          fileParallelism: false,
          // Emulated processors stall when the host is busy: what fails twice in the same machine is a defect.
          retry: 1,
          testTimeout: patience * 180_000,
          hookTimeout: patience * 240_000,
        },
      },
    ],
  },
});
