import { Button } from '../ui/button.js';
import { changeLanguage, otherLanguages } from './language.js';

/** For who can't read what the page says. */
export function LanguageLinks() {
  return otherLanguages().map(([code, name]) => (
    <Button key={code} look="quiet" lang={code} onClick={() => changeLanguage(code)}>
      {name}
    </Button>
  ));
}
