import "./player.css";

import { setUpPlayer } from "./setup";

for (const root of document.querySelectorAll<HTMLElement>("[data-player]")) setUpPlayer(root);
