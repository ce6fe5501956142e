'use strict';
require('../../lib/body.cjs').register(__filename, { describe, test });
