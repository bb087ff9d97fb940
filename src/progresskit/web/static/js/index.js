import{configure as o,connect as n}from"./client.js";export{o as configure,n as connect};
//# sourceMappingURL=index.js.map
