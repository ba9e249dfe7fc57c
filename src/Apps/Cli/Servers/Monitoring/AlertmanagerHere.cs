namespace Tessera.Cli.Servers;

/// <summary>Alertmanager with the routes of <c>deploy/monitoring</c>: groups alerts, keeps those that follow from
/// others quiet, and shows them. Here it sends them to nobody.</summary>
internal sealed class AlertmanagerHere(string folder) : LocalServer(folder)
{
    public override string Name => "alertmanager";

    public override string Address => $"127.0.0.1:{Port}";

    public override string Shown => $"http://127.0.0.1:{Port}";

    public override string? Missing => MonitoringFiles.MissingProgram("prometheus-alertmanager");

    public override IReadOnlyList<string> Command =>
    [
        Processes.Find("prometheus-alertmanager")!, "--config.file", Config,
        "--storage.path", Path.Combine(Folder, "data"), "--web.listen-address", Address,
        "--cluster.listen-address=", "--log.level", "warn", // Alone: nobody to gossip with.
    ];

    private string Config => Path.Combine(Folder, "alertmanager.yml");

    public override Task PrepareAsync(CancellationToken stop)
    {
        // Who is told stands at the end, and is the installation's own: here there is nobody.
        const string receivers = "\nreceivers:\n";
        var text = MonitoringFiles.Read("alertmanager.yml", (receivers, receivers));
        var routes = text[..(text.IndexOf(receivers, StringComparison.Ordinal) + receivers.Length)];
        return File.WriteAllTextAsync(Config, routes + "  - name: page\n  - name: ticket\n", stop);
    }

    public override Task<bool> AnswersAsync(CancellationToken stop) => MonitoringFiles.IsReadyAsync(Port, stop);
}
