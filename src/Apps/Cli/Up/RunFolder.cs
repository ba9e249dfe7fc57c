using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tessera.Cli.Up;

/// <summary>The data folder, and in it what says which processes run on it.</summary>
internal sealed class RunFolder(string data)
{
    /// <summary>SQLite has 512 for the whole name, journals included.</summary>
    private const int PathBytesMax = 440;

    /// <summary>Whoever has the lock of a file reads and writes it once.</summary>
    private static readonly TimeSpan _lockWaitMax = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private string? _instance;
    private volatile bool _isLost;

    public string Data { get; } = Path.GetFullPath(data);

    public string Logs => Path.Combine(Data, "logs");

    public string Run => Path.Combine(Data, "run");

    public string OperatorFile => Path.Combine(Data, "operator.json");

    /// <summary>There from before the operator is made until somebody was told the password: a start that was
    /// interrupted in between leaves that to the next one.</summary>
    public string OperatorUntoldFile => Path.Combine(Data, "operator-is-untold");

    /// <summary>There once the sample products are in.</summary>
    public string FilledFile => Path.Combine(Data, "sample-products-are-in");

    /// <summary>Where the services' databases are, when this store started the server for them.
    /// Holds their passwords.</summary>
    private string DatabasesFile => Path.Combine(Data, "keys", "databases.json");

    /// <summary>The same of a change of password that has not ended.</summary>
    private string BegunDatabasesFile => Path.Combine(Data, "keys", "databases-begun.json");

    /// <summary>Which run of the store has the folder.</summary>
    private string InstanceFile => Path.Combine(Run, "instance");

    private string StateFile => Path.Combine(Run, "supervisor.json");

    /// <summary>Where each process tells its metrics, as Prometheus reads it.</summary>
    public string TargetsFile => Path.Combine(Run, "targets.json");

    /// <summary>Where the console puts what is to be done to a service, with <c>up --chaos</c>.</summary>
    public string Chaos => Path.Combine(Run, "chaos");

    private string LockFile => Path.Combine(Run, "supervisor.lock");

    public string LogOf(string instance) => Path.Combine(Logs, instance + ".log");

    public string PidFileOf(string instance) => Path.Combine(Run, instance + ".pid");

    /// <summary>As long as this file is there, the supervisor leaves the service stopped.</summary>
    public string HoldFileOf(string instance) => Path.Combine(Run, instance + ".hold");

    /// <summary>The program that the process runs instead of what <c>up</c> was told; null when nothing else was
    /// asked for.</summary>
    public string? ReadProgramOf(string instance)
    {
        try
        {
            return File.ReadAllText(ProgramFileOf(instance));
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>From its next start on.</summary>
    public void WriteProgramOf(string instance, string? program)
    {
        if (program is null) File.Delete(ProgramFileOf(instance));
        else
        {
            var next = ProgramFileOf(instance) + ".new";
            File.WriteAllText(next, program);
            File.Move(next, ProgramFileOf(instance), overwrite: true); // As a whole, also on a disk that is full.
        }
    }

    /// <summary>Of an earlier life of the store: what was held or replaced then.</summary>
    public void ForgetWishes()
    {
        foreach (var wish in (string[])["*.hold", "*.program", "*.settings", "*.canary-end", "canaries.json"])
        {
            foreach (var file in Directory.EnumerateFiles(Run, wish)) File.Delete(file);
        }
        if (Directory.Exists(Secrets)) Directory.Delete(Secrets, recursive: true);
    }

    /// <summary>Settings of the process that others than <c>up</c> was told are.</summary>
    public IReadOnlyDictionary<string, string> ReadSettingsOf(string instance)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(
                File.ReadAllText(SettingsFileOf(instance)), _json)!;
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Dictionary<string, string>();
        }
    }

    /// <summary>From its next start on. They may hold secrets.</summary>
    public void WriteSettingsOf(string instance, IReadOnlyDictionary<string, string> settings) =>
        WritePrivately(SettingsFileOf(instance), settings);

    /// <summary>Where a process reads its secrets, each in a file.</summary>
    public string SecretsOf(string instance) => Path.Combine(Secrets, instance);

    public string Secrets => Path.Combine(Run, "secrets");

    /// <summary>Where gateways read which process of a service is its canary.</summary>
    public string CanariesFile => Path.Combine(Run, "canaries.json");

    /// <summary>There when somebody wants the canary of the service to end before its time.</summary>
    public string CanaryEndOf(string service) => Path.Combine(Run, service + ".canary-end");

    private string SettingsFileOf(string instance) => Path.Combine(Run, instance + ".settings");

    private string ProgramFileOf(string instance) => Path.Combine(Run, instance + ".program");

    /// <summary>Makes the folder, and all that this process and its children put into it, readable by its owner only.
    /// </summary>
    public void Create()
    {
        if (Encoding.UTF8.GetByteCount(Data) is var length && length > PathBytesMax)
        {
            throw new UserError(
                $"The path of the data folder has {length} bytes, and at most {PathBytesMax} can be used: SQLite " +
                $"opens no file with a longer name. Choose a shorter one with --data DIR. It is {Data}");
        }
        try
        {
            Posix.KeepNewFilesPrivate();
            var isNew = !Directory.Exists(Data);
            Directory.CreateDirectory(Data);
            if (!isNew) Tighten();
            Directory.CreateDirectory(Logs);
            Directory.CreateDirectory(Run);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserError(
                $"The data folder {Data} cannot be made: {failure.Message} Choose another with --data DIR.");
        }
    }

    /// <summary>What a store of an earlier version left open to other users is closed. A folder that holds other things
    /// beside the store, or is everybody's as /tmp is, keeps its mode: what the store puts there is private.</summary>
    private void Tighten()
    {
        if (OperatingSystem.IsWindows()) return;
        var mode = File.GetUnixFileMode(Data);
        var isStores = File.Exists(OperatorFile) || !Directory.EnumerateFileSystemEntries(Data).Any();
        if ((mode & ~OwnerOnly.Folder) == 0 || mode.HasFlag(UnixFileMode.StickyBit) || !isStores) return;
        File.SetUnixFileMode(Data, OwnerOnly.Folder);
    }

    /// <summary>Marks the folder as this run's. Afterwards <see cref="IsStillOurs"/> tells when it was deleted
    /// or replaced, and then nothing is written here any more: it may be another store's.</summary>
    public void Claim(string instance)
    {
        File.WriteAllText(InstanceFile, instance);
        _instance = instance;
    }

    public bool IsStillOurs()
    {
        if (_instance is null) return true;
        try
        {
            _isLost |= File.ReadAllText(InstanceFile) != _instance;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            _isLost = true;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            // It cannot be told now, for lack of file handles for example.
        }
        return !_isLost;
    }

    /// <summary>Held as long as a supervisor lives: the system gives it back when that is killed. Null
    /// when another has it.</summary>
    public FileStream? TryLock() => TryLock(LockFile);

    /// <summary>Held as long as a command ends and starts processes of the service. Null when another does.</summary>
    public FileStream? TryLockReplacing(string service) => TryLock(Path.Combine(Run, service + ".replacing"));

    private static FileStream? TryLock(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public bool IsSupervised
    {
        get
        {
            if (!File.Exists(LockFile)) return false;
            using var free = TryLock();
            return free is null;
        }
    }

    public RunState? ReadState()
    {
        try
        {
            return JsonSerializer.Deserialize<RunState>(File.ReadAllText(StateFile), _json);
        }
        catch (Exception absent) when (absent is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaced as a whole, so that a reader never sees half of it. False when it could not be written,
    /// on a full disk for example: the old state stays then.</summary>
    public bool TryWriteState(RunState state)
    {
        if (_isLost) return true;
        var next = StateFile + ".new";
        try
        {
            File.WriteAllText(next, JsonSerializer.Serialize(state, _json));
            File.Move(next, StateFile, overwrite: true);
            return true;
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void WriteDatabases(IReadOnlyDictionary<string, string> addresses)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DatabasesFile)!);
        WritePrivately(DatabasesFile, addresses);
    }

    /// <summary>Of one service, with the others as they are by now: somebody may have changed theirs meanwhile.
    /// </summary>
    public void WriteDatabaseOf(string service, string address) => WriteOne(DatabasesFile, service, address);

    /// <summary>The login that the processes of the service are being given, until each has it; null forgets it.
    /// </summary>
    public void WriteBegunDatabaseOf(string service, string? address) =>
        WriteOne(BegunDatabasesFile, service, address);

    public string? ReadBegunDatabaseOf(string service) => Read(BegunDatabasesFile)?.GetValueOrDefault(service);

    /// <summary>Two commands may change the entries of two services at once: between reading and writing there is
    /// nobody else.</summary>
    private static void WriteOne(string path, string name, string? value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var asked = Stopwatch.StartNew();
        FileStream? alone;
        while ((alone = TryLock(path + ".lock")) is null)
        {
            if (asked.Elapsed > _lockWaitMax) throw new UserError($"{path}.lock cannot be had: is the disk full?");
            Thread.Yield();
        }
        using (alone)
        {
            var all = new Dictionary<string, string>(
                Read(path) ?? new Dictionary<string, string>(), StringComparer.Ordinal);
            if (value is null) all.Remove(name);
            else all[name] = value;
            WritePrivately(path, all);
        }
    }

    /// <summary>Replaced as a whole: services that start meanwhile read the one or the other.</summary>
    private static void WritePrivately(string path, IReadOnlyDictionary<string, string> values)
    {
        var next = path + ".new";
        File.Delete(next);
        using (var file = OwnerOnly.Open(next, FileMode.CreateNew, FileAccess.Write))
            JsonSerializer.Serialize(file, values, _json);
        File.Move(next, path, overwrite: true);
    }

    /// <summary>The connection string of each service; null when this store started no database server.</summary>
    public IReadOnlyDictionary<string, string>? ReadDatabases() => Read(DatabasesFile);

    private static Dictionary<string, string>? Read(string path) => File.Exists(path)
        ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path), _json)
        : null;

    public void ForgetDatabases()
    {
        Forget(DatabasesFile);
        Forget(BegunDatabasesFile);
    }

    public void ClearState() => Forget(StateFile);

    /// <summary>Deletes a file of the folder, if folder and file are still there.</summary>
    public void Forget(string file)
    {
        if (!_isLost && File.Exists(file)) File.Delete(file);
    }

    /// <summary>Service processes whose supervisor has died: each wrote its own id down before
    /// it became the service.</summary>
    public IReadOnlyList<Orphan> Orphans()
    {
        if (!Directory.Exists(Run)) return [];
        var found = new List<Orphan>();
        foreach (var file in Directory.EnumerateFiles(Run, "*.pid").Order(StringComparer.Ordinal))
        {
            if (ReadIdentity(file) is { IsAlive: true } identity)
                found.Add(new Orphan(Path.GetFileNameWithoutExtension(file), identity));
        }
        return found;
    }

    public ProcessIdentity? ReadIdentityOf(string instance) => ReadIdentity(PidFileOf(instance));

    private static ProcessIdentity? ReadIdentity(string file)
    {
        try
        {
            var text = File.ReadAllText(file).Trim();
            if (ProcessIdentity.FromStat(text) is { } exact) return exact;
            return int.TryParse(text, out var pid) ? ProcessIdentity.Of(pid) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}

internal sealed record Orphan(string Instance, ProcessIdentity Process);

/// <summary>What the supervisor says of itself, its services and the servers that it started for them.</summary>
/// <param name="Notices">What a person should know of: who could not have the usual port.</param>
internal sealed record RunState(
    ProcessIdentity Supervisor, DateTimeOffset Since, string Gateway, string Broker, string Database, string Phase,
    IReadOnlyList<InstanceState> Services, IReadOnlyList<InstanceState> Servers, IReadOnlyList<string> Notices)
{
    /// <summary>Its address over HTTPS, where it has one.</summary>
    public string? Encrypted { get; init; }

    /// <summary>The address for people.</summary>
    [JsonIgnore]
    public string Shown => Encrypted ?? Gateway;

    public const string Starting = "starting";

    /// <summary>The first start puts a small catalog in.</summary>
    public const string Filling = "filling";
    public const string Running = "running";
}

/// <param name="State"><c>building</c>, <c>absent</c> (it cannot be started here), <c>starting</c>, <c>ready</c>,
/// <c>unready</c>, <c>restarting</c>, <c>held</c>, <c>stopping</c>, <c>stopped</c>.</param>
/// <param name="Why">What keeps it from being ready, in its own words.</param>
/// <param name="Version">Of the build that runs, with its commit; known once it was ready.</param>
internal sealed record InstanceState(
    string Name, string Service, string State, string Address, int Http1, int Http2, int? Pid, int Restarts, string Log,
    string? LastEnd = null, string? Why = null, string? Version = null);
