using System.Collections.Frozen;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace Tessera.Cli.Up;

/// <summary>Gives a process its secrets as files in a folder of its own, as orchestrators do: an environment stands in
/// reports of crashes and listings, and goes on to every child.</summary>
/// <param name="given">A folder that <c>up</c> itself was told of, unless the process has another: what is in it says
/// more, as ever.</param>
internal sealed class HandOverSecrets(RunFolder folder, string? given)
{
    public const string Key = "Tessera__SecretsDirectory";

    private static readonly FrozenSet<string> _secrets = FrozenSet.Create(
        StringComparer.Ordinal,
        "Database__ConnectionString", "Messaging__RabbitMq__Uri", "Messaging__Kafka__BootstrapServers",
        "Messaging__Redis__Configuration", "Tessera__PagesSecret", "OTEL_EXPORTER_OTLP_HEADERS");

    /// <summary>Writes what is secret of the settings, in place of what the process had at its start before.</summary>
    /// <param name="program">What reads them; null for a service in another language.</param>
    /// <returns>What stays for the environment.</returns>
    public IReadOnlyDictionary<string, string> Write(
        string instance, string? program, IReadOnlyDictionary<string, string> settings)
    {
        var changed = folder.ReadSettingsOf(instance);
        var theirs = changed.GetValueOrDefault(Key) ?? given;
        // A folder that is not there is for the process to name, which refuses it.
        if ((program is not null && !ReadsFiles(program)) || (theirs is not null && !Directory.Exists(theirs)))
            return settings;
        var secrets = settings.Where(each => _secrets.Contains(each.Key) || IsChanged(each.Key))
            .ToDictionary(each => each.Key, each => each.Value, StringComparer.Ordinal);
        var rest = new Dictionary<string, string>(
            settings.Where(each => !secrets.ContainsKey(each.Key)), StringComparer.Ordinal)
        {
            [Key] = folder.SecretsOf(instance),
        };
        try
        {
            foreach (var file in theirs is null ? [] : Directory.EnumerateFiles(theirs))
                secrets[Path.GetFileName(file)] = File.ReadAllText(file);
            if (secrets.Count == 0 && !Directory.Exists(folder.SecretsOf(instance))) return settings;
            WriteFiles(folder.SecretsOf(instance), secrets);
            return rest;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return settings; // On a disk that is full a service starts in the old way rather than not at all.
        }

        // Of what a person has changed nobody knows how secret it is. What is no key of the configuration's is read
        // from the environment alone.
        bool IsChanged(string name) => changed.ContainsKey(name) && name != Key
            && name.Contains("__", StringComparison.Ordinal) && !name.Contains('/', StringComparison.Ordinal);
    }

    /// <summary>What is there already is left as it is: a disk that is full then keeps nobody from starting again.
    /// </summary>
    private void WriteFiles(string own, Dictionary<string, string> secrets)
    {
        OwnerOnly.MakeFolder(folder.Secrets);
        OwnerOnly.MakeFolder(own);
        foreach (var file in Directory.EnumerateFiles(own))
        {
            if (secrets.GetValueOrDefault(Path.GetFileName(file)) != File.ReadAllText(file)) File.Delete(file);
        }
        foreach (var (name, value) in secrets.Where(each => !File.Exists(Path.Combine(own, each.Key))))
        {
            using var file = OwnerOnly.Open(Path.Combine(own, name), FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes(value));
        }
    }

    /// <summary>The first releases, which <c>--at</c> starts, know the environment alone.</summary>
    internal static bool ReadsFiles(string program)
    {
        var defaults = Path.Combine(Path.GetDirectoryName(program)!, "Tessera.ServiceDefaults.dll");
        if (!File.Exists(defaults)) return false;
        using var image = new PEReader(File.OpenRead(defaults));
        var types = image.GetMetadataReader();
        return types.TypeDefinitions.Any(type =>
            types.StringComparer.Equals(types.GetTypeDefinition(type).Name, "SecretFiles"));
    }
}
