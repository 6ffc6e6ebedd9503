"use strict";
// The client of `belljar lsp`: everything it shows comes from there.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

async function start() {
  const [command, ...args] = vscode.workspace.getConfiguration("belljar").get("command", ["belljar", "lsp"]);
  client = new LanguageClient(
    "belljar",
    "Bell",
    { command, args },
    { documentSelector: [{ language: "bell" }], outputChannelName: "Bell" },
  );
  try {
    await client.start();
  } catch (problem) {
    client = undefined;
    vscode.window.showErrorMessage(
      `'${command}' could not be started: ${problem instanceof Error ? problem.message : problem}. ` +
        "Install it with pip install 'belljar[editor]', or set belljar.command.",
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running !== undefined) await running.stop();
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("belljar.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => (event.affectsConfiguration("belljar.command") ? restart() : undefined)),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
