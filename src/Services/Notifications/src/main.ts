import './settings/checkNode.js';

// Not as an import of its own: all of those are read and linked before the first of them runs, and an older Node would
// break off there with an error of its own.
void import('./run.js');
