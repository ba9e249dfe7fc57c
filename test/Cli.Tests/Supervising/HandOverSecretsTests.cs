using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Supervising;

public sealed class HandOverSecretsTests : IDisposable
{
    private const string Planted = "planted-secret";

    private readonly TemporaryFolder _data = Some.Folder();
    private readonly RunFolder _folder;

    public HandOverSecretsTests()
    {
        _folder = new RunFolder(_data.Path);
        _folder.Create();
    }

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("rabbitmq", "amqp://shop:planted-secret@broker/")]
    [InlineData("redis", "broker,password=planted-secret")]
    public async Task No_process_has_a_secret_in_its_environment(string broker, string address)
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "A process reads its environment in /proc.");
        var settings = Some.Settings(_data.Path) with
        {
            Broker = broker,
            BrokerAddress = address,
            Database = "postgres",
            DatabaseAddress = "Host=db;Database={service};Password=" + Planted,
            Telemetry = new TelemetryTarget("http://127.0.0.1:18889", Planted, "http://127.0.0.1:18888/{trace}"),
        };
        var plan = Plan.Make(SourceTree.Services(), settings, Some.Ports(), foreign: SourceTree.Foreign());
        var told = new ServiceEnvironment(_folder, settings, plan, "a-run");
        var launcher = new ServiceLauncher(_folder);
        foreach (var instance in plan.Instances.Concat(plan.Foreign))
        {
            _folder.WriteSettingsOf(instance.Name, new Dictionary<string, string> { ["Mail__Password"] = Planted });
            var rest = new HandOverSecrets(_folder, given: null).Write(instance.Name, null, told.For(instance));
            using var process = launcher.Start(instance.Name, ["cat", "/proc/self/environ"], rest, _data.Path);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            var environment = await File.ReadAllTextAsync(
                _folder.LogOf(instance.Name), TestContext.Current.CancellationToken);
            Assert.DoesNotContain(Planted, environment, StringComparison.Ordinal);
            Assert.DoesNotContain("Tessera__PagesSecret", environment, StringComparison.Ordinal);
            Assert.Contains(
                $"Tessera__SecretsDirectory={_folder.SecretsOf(instance.Name)}\0", environment,
                StringComparison.Ordinal);
            Assert.Contains("Database__Engine=postgres\0", environment, StringComparison.Ordinal);
            var files = Told(instance.Name);
            Assert.Equal(
                $"Host=db;Database={instance.Service};Password={Planted}", files["Database__ConnectionString"]);
            Assert.Contains(address, files.Values);
            Assert.Equal($"x-otlp-api-key={Planted}", files["OTEL_EXPORTER_OTLP_HEADERS"]);
            Assert.Equal(Planted, files["Mail__Password"]);
            Assert.Equal(
                instance.Service is "gateway" or "web" or "ops", files.ContainsKey("Tessera__PagesSecret"));
        }
    }

    [Fact]
    public void The_owner_alone_reads_the_files()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have no modes there.");
        if (OperatingSystem.IsWindows()) return;
        Write(("Database__ConnectionString", Planted));
        var own = _folder.SecretsOf("orders");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(own));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(own, "Database__ConnectionString")));
    }

    [Fact]
    public void The_next_start_has_what_is_secret_then_and_nothing_of_before()
    {
        Write(("Database__ConnectionString", "old"), ("Tessera__PagesSecret", Planted));
        Write(("Database__ConnectionString", "new"));
        Assert.Equal(new Dictionary<string, string> { ["Database__ConnectionString"] = "new" }, Told("orders"));
    }

    [Fact]
    public void What_is_no_key_of_the_configurations_stays_where_it_is_read()
    {
        _folder.WriteSettingsOf("orders", new Dictionary<string, string> { ["OTEL_TRACES_SAMPLER"] = "always_on" });
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["OTEL_TRACES_SAMPLER"] = "always_on",
                ["Tessera__SecretsDirectory"] = _folder.SecretsOf("orders"),
            },
            Write(("OTEL_TRACES_SAMPLER", "always_on"), ("Tessera__PagesSecret", Planted)));
    }

    [Fact]
    public void Who_has_no_secret_reads_no_folder() => Assert.Equal(
        new Dictionary<string, string> { ["Database__Engine"] = "sqlite" }, Write(("Database__Engine", "sqlite")));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_that_up_or_the_process_was_told_of_says_more(bool isOfProcess)
    {
        var given = Directory.CreateDirectory(_data.File("given")).FullName;
        if (isOfProcess)
        {
            _folder.WriteSettingsOf(
                "orders", new Dictionary<string, string> { ["Tessera__SecretsDirectory"] = given });
        }
        File.WriteAllText(Path.Combine(given, "Mail__Password"), Planted);
        File.WriteAllText(Path.Combine(given, "Database__ConnectionString"), "theirs");
        Write(isOfProcess ? "/nowhere" : given, ("Database__ConnectionString", "ours"));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["Database__ConnectionString"] = "theirs", ["Mail__Password"] = Planted,
            },
            Told("orders"));
    }

    /// <summary>The process refuses it by its name, as it would without <c>up</c>.</summary>
    [Fact]
    public void A_folder_that_is_not_there_is_left_to_the_process() => Assert.Equal(
        new Dictionary<string, string> { ["Database__ConnectionString"] = Planted },
        Write(_data.File("nowhere"), ("Database__ConnectionString", Planted)));

    [Fact]
    public void A_process_starts_where_no_file_can_be_written()
    {
        File.WriteAllText(Path.Combine(_folder.Run, "secrets"), "in the way");
        Assert.Equal(
            new Dictionary<string, string> { ["Database__ConnectionString"] = Planted },
            Write(("Database__ConnectionString", Planted)));
    }

    [Fact]
    public void A_release_that_knows_no_files_has_them_in_its_environment()
    {
        var (old, today) = (Program("old", typeof(Assert).Assembly.Location), Program("today", DefaultsOfToday));
        var settings = new Dictionary<string, string> { ["Database__ConnectionString"] = Planted };
        var secrets = new HandOverSecrets(_folder, given: null);
        Assert.Equal(settings, secrets.Write("orders", old, settings));
        Assert.Equal(["Tessera__SecretsDirectory"], secrets.Write("orders", today, settings).Keys);

        string Program(string name, string defaults)
        {
            var home = Directory.CreateDirectory(_data.File(name)).FullName;
            File.Copy(defaults, Path.Combine(home, "Tessera.ServiceDefaults.dll"));
            return Path.Combine(home, "Tessera.Orders.dll");
        }
    }

    private static string DefaultsOfToday =>
        Path.Combine(Path.GetDirectoryName(SourceTree.BinaryOf("Orders"))!, "Tessera.ServiceDefaults.dll");

    private IReadOnlyDictionary<string, string> Write(params (string Name, string Value)[] settings) =>
        Write(null, settings);

    private IReadOnlyDictionary<string, string> Write(string? given, params (string Name, string Value)[] settings) =>
        new HandOverSecrets(_folder, given).Write(
            "orders", program: null, settings.ToDictionary(each => each.Name, each => each.Value));

    private Dictionary<string, string> Told(string instance) =>
        Directory.EnumerateFiles(_folder.SecretsOf(instance))
            .ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
}
