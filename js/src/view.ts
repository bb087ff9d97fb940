/** The page that a gateway serves at `/projects/{project_id}/view`: view.html loads this, and nothing else does. */
import { connect } from "./client.js";
import { View } from "./page/view.js";

const projectId = decodeURIComponent(location.pathname.split("/").at(-2)!);

new View(projectId, (token, onEvent) => connect(new URL("../..", location.href), projectId, { token, onEvent }));
