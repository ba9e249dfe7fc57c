using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Tessera.Cli.Servers;

namespace Tessera.Cli.Keeping;

/// <summary>Writes a service's database to a file and reads it back, with PostgreSQL's own programs: each in one
/// transaction.</summary>
internal static class PostgresDump
{
    private static readonly TimeSpan _limit = TimeSpan.FromHours(12);

    /// <summary>The database stays, and who may use it; all that is in it makes room, also what newer versions of the
    /// service have added. What belongs to an extension stays with it: it is the administrator's.</summary>
    private const string Clear =
        """
        set lock_timeout = '30s';
        do $$
        declare one record;
        begin
            for one in
                select case relkind
                        when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table'
                    end as kind, relname as name
                from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
                    and not exists (select 1 from pg_depend where objid = pg_class.oid and deptype = 'e')
                -- A column's sequence goes with its table, and not without it.
                order by relkind = 'S'
            loop
                if exists (
                    select 1 from pg_class where relnamespace = 'public'::regnamespace and relname = one.name)
                then
                    execute format('drop %s if exists public.%I cascade', one.kind, one.name);
                end if;
            end loop;
            for one in
                select oid::regprocedure::text as name from pg_proc
                where pronamespace = 'public'::regnamespace
                    and not exists (select 1 from pg_depend where objid = pg_proc.oid and deptype = 'e')
            loop
                execute format('drop routine if exists %s cascade', one.name);
            end loop;
            for one in
                select typname as name from pg_type
                where typnamespace = 'public'::regnamespace and typtype in ('e', 'd')
                    and not exists (select 1 from pg_depend where objid = pg_type.oid and deptype = 'e')
            loop
                execute format('drop type if exists public.%I cascade', one.name);
            end loop;
        end $$;
        """;

    public static Task TakeAsync(string connection, string target, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        return RunAsync(
            "pg_dump", connection, Path.GetDirectoryName(target)!,
            [
                // A comment on an extension is its owner's to write.
                "--format=plain", "--no-owner", "--no-privileges", "--no-comments", "--lock-wait-timeout=60000",
                "--file=" + target,
            ],
            stop);
    }

    public static async Task PutAsync(string source, string connection, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("tessera-restore-").FullName;
        try
        {
            var clear = Path.Combine(folder, "clear.sql");
            await File.WriteAllTextAsync(clear, Clear, stop);
            await RunAsync(
                "psql", connection, folder,
                [
                    "--no-psqlrc", "--quiet", "--output=" + Path.Combine(folder, "said"), "--set=ON_ERROR_STOP=1",
                    "--single-transaction", "--file=" + clear, "--file=" + source,
                ],
                stop);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Fails with one line when the database cannot be opened.</summary>
    public static async Task ReachAsync(string service, string connection, CancellationToken stop)
    {
        try
        {
            await using var opened = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
            await opened.OpenAsync(stop);
        }
        catch (NpgsqlException failure)
        {
            throw new UserError($"The database of {service} cannot be reached: {failure.Message}. One that was " +
                "started with the store runs as long as the store does.");
        }
    }

    private static async Task RunAsync(
        string program, string connection, string folder, IReadOnlyList<string> words, CancellationToken stop)
    {
        var address = new NpgsqlConnectionStringBuilder(connection);
        var passwords = Path.Combine(folder, ".pgpass-" + Path.GetRandomFileName());
        var escaped = (address.Password ?? "").Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace(":", "\\:", StringComparison.Ordinal);
        await Passwords.WriteAsync(passwords, $"*:*:*:*:{escaped}\n", stop);
        try
        {
            var start = new ProcessStartInfo(Find(program),
                ["--no-password", "--username=" + address.Username, "--dbname=" + address.Database, .. words])
            {
                WorkingDirectory = folder, RedirectStandardError = true,
            };
            start.Environment["PGHOST"] = address.Host;
            start.Environment["PGPORT"] = address.Port.ToString(CultureInfo.InvariantCulture);
            start.Environment["PGPASSFILE"] = passwords;
            start.Environment["PGSSLMODE"] = Ssl(address.SslMode);
            if (address.RootCertificate is { } root) start.Environment["PGSSLROOTCERT"] = root;
            start.Environment["LC_ALL"] = "C";
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            await Processes.WaitOrKillAsync(process, _limit, stop);
            if (process.ExitCode != 0)
            {
                throw new UserError(
                    $"{program} of {address.Database} failed: {(await errors).Trim().ReplaceLineEndings(" ")}");
            }
        }
        finally
        {
            File.Delete(passwords);
        }
    }

    private static string Ssl(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    /// <summary>The newest that is here: an older one refuses to read a newer server.</summary>
    private static string Find(string program)
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(version => version.Length)
                .ThenByDescending(version => version, StringComparer.Ordinal)
                .Select(version => Path.Combine(version, "bin", program)).FirstOrDefault(File.Exists)
            : null;
        return debian ?? Processes.Find(program) ?? throw new UserError(
            $"{program} is not here: apt-get install postgresql-client.");
    }
}
