import { describe, expect, it } from '@jest/globals';
import { isWebPage } from '../../src/modules/media/core/web-page.js';
import { sharePageError } from '../../src/modules/content/core/share-page.js';
import { jpeg, mp4, pdf, png, utf16, utf32 } from './support.js';

describe('a web page', () => {
  it.each([
    ['of today', '<!DOCTYPE html><html lang="en">'],
    ['in small letters after blank lines', '\r\n\r\n   <!doctype html>'],
    ['without a type', '<HTML><HEAD>'],
    ['of nothing but a script that leads on', '<script>location="/login"</script>'],
    ['with attributes', '<body class="error">'],
    ['behind comments', '<!-- saved from x --> <!-- <pdf> -->\n<html>'],
    ['behind a byte order mark', '\uFEFF<html>'],
    [
      'as XML',
      '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">',
    ],
    ['as XML without a type', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'],
    ['with a name space of pages', '<body xmlns="http://www.w3.org/1999/xhtml">'],
    ['with a name space of a service', '<html xmlns:og="http://ogp.me/ns#">'],
    ['that refreshes itself', '<meta http-equiv="refresh" content="0">'],
    ['in UTF-16', utf16('<!DOCTYPE html><html>')],
    ['in UTF-16, the other way', utf16('<!DOCTYPE html><html>', true)],
    ['in UTF-16 without a mark', utf16('<!DOCTYPE html><html>').subarray(2)],
    ['in UTF-16 without a mark, the other way', utf16('<!DOCTYPE html><html>', true).subarray(2)],
    ['in UTF-32', utf32('<!DOCTYPE html><html>')],
    ['in UTF-32, the other way', utf32('<!DOCTYPE html><html>', true)],
    [
      'of a share link',
      `<!DOCTYPE html><html><head><title>prices.pdf - Google Drive</title>${'x'.repeat(200_000)}`,
    ],
  ])('%s', (_, bytes) => {
    expect(isWebPage(Buffer.from(bytes as string))).toBe(true);
  });

  it.each([
    ['a pdf', pdf],
    ['a picture', png],
    ['a photo', jpeg],
    ['a video', mp4],
    ['a drawing', '<?xml version="1.0"?><!-- Inkscape --><svg xmlns="http://www.w3.org/2000/svg">'],
    ['an invoice', '<?xml version="1.0"?><nfeProc xmlns="http://www.portalfiscal.inf.br/nfe">'],
    ['XML with an element of pages', '<?xml version="1.0"?><a/>'],
    ['XML in UTF-16', utf16('<?xml version="1.0" encoding="UTF-16"?><table><row/></table>')],
    ['XML with a style', '<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?><title>x</title>'],
    ['XML that does not say so', '<table xmlns="urn:prices"><row/></table>'],
    ['a sheet', 'name;phone\n<Ana>;+5511961237501\n'],
    ['a text about pages', 'Begin with <!doctype html> and <html>.'],
    ['a text in angle brackets', '<Ana> wrote:'],
    ['an unclosed comment', `<!-- ${'x'.repeat(1_000_000)}<html>`],
    ['blanks without end', ' '.repeat(1_000_000)],
    ['nothing', ''],
  ])('%s is none', (_, bytes) => {
    expect(isWebPage(Buffer.from(bytes as string))).toBe(false);
  });
});

describe('the fix for a share link', () => {
  it.each([
    ['https://www.dropbox.com/s/abc/prices.pdf?dl=0', 'https://www.dropbox.com/s/abc/prices.pdf?dl=1'],
    [
      'https://www.dropbox.com/scl/fi/abc/prices.pdf?rlkey=k&dl=0',
      'https://www.dropbox.com/scl/fi/abc/prices.pdf?rlkey=k&dl=1',
    ],
    [
      'https://drive.google.com/file/d/1AbC-dEf_GhIjK/view?usp=sharing',
      'https://drive.google.com/uc?export=download&id=1AbC-dEf_GhIjK',
    ],
    [
      'https://drive.google.com/open?id=1AbC-dEf_GhIjK',
      'https://drive.google.com/uc?export=download&id=1AbC-dEf_GhIjK',
    ],
    [
      'https://docs.google.com/document/d/1AbC-dEf_GhIjK/edit',
      'https://docs.google.com/document/d/1AbC-dEf_GhIjK/export?format=pdf',
    ],
  ])('%s', (url, direct) => {
    expect(sharePageError('document', url)).toContain(`which may be ${direct},`);
  });

  it.each([
    'https://example.com/prices',
    'https://notdropbox.com/x?dl=0',
    'https://drive.google.com/drive/folders',
    'nonsense',
  ])('%s has no form that is known', (url) => {
    const message = sharePageError('image', url);
    expect(message).toContain('give the link of the file itself or upload the file');
    expect(message).not.toContain('webPage');
  });
});
