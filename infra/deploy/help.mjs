// Plain JavaScript: it runs before anything is installed. The part of `make help` about settings.
import { helpOfSettings } from "./settings.mjs";

console.log(helpOfSettings());
