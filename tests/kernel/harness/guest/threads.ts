/** Imported first: libuv reads this once, when the first file is opened. Operations sent together must run together. */
process.env['UV_THREADPOOL_SIZE'] = '24';
