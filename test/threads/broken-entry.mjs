/** What a thread loads that cannot be loaded. */
throw new Error('a setting is missing');
