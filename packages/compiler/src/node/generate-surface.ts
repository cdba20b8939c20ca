import { writeFileSync } from 'node:fs';
import { surfaceText } from './surface-text.ts';

writeFileSync(new URL('../frontend/surface.gen.ts', import.meta.url), surfaceText());
