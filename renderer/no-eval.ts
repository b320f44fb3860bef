import * as z from 'zod';

// Zod otherwise tries whether it may compile its checks from text, which our content security policy refuses and
// reports. It asks when a schema is made, so this must be the first import of the page.
z.config({ jitless: true });
