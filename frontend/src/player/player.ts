import "./player.css";
import "./panel.css";

import { setUpPlayer } from "./setup";

document.querySelectorAll<HTMLElement>("[data-player]").forEach(setUpPlayer);
