namespace Tessera.Cli.Servers;

/// <summary>Prometheus with the rules of <c>deploy/monitoring</c>: collects the metrics of all processes and keeps them
/// for two weeks, whether or not the store runs meanwhile.</summary>
/// <param name="targets">The file that says where they are.</param>
internal sealed class PrometheusHere(string folder, AlertmanagerHere alertmanager, string targets) : LocalServer(folder)
{
    public override string Name => "prometheus";

    public override string Address => $"127.0.0.1:{Port}";

    public override string Shown => $"http://127.0.0.1:{Port}/alerts";

    public override string? Missing => MonitoringFiles.MissingProgram("prometheus");

    public override IReadOnlyList<string> Command =>
    [
        Processes.Find("prometheus")!, "--config.file", Config,
        "--storage.tsdb.path", Path.Combine(Folder, "data"), "--storage.tsdb.retention.time", "15d",
        "--web.listen-address", Address, "--enable-feature", "exemplar-storage", "--log.level", "warn",
    ];

    private string Config => Path.Combine(Folder, "prometheus.yml");

    public override Task PrepareAsync(CancellationToken stop) => File.WriteAllTextAsync(
        Config,
        MonitoringFiles.Read(
            "prometheus.yml",
            (MonitoringFiles.Quoted(Path.Combine(MonitoringFiles.Folder, "rules.yml")), "\"rules.yml\""),
            (MonitoringFiles.Quoted(targets), "\"targets.json\""),
            (alertmanager.Address, "127.0.0.1:9093")),
        stop);

    public override Task<bool> AnswersAsync(CancellationToken stop) => MonitoringFiles.IsReadyAsync(Port, stop);
}
