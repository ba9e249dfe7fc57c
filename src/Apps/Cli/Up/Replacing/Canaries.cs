using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tessera.Cli.Up;

/// <summary>The file in which gateways read which process of a service is its canary.</summary>
internal sealed class Canaries(RunFolder folder)
{
    private const string Promote = "promote";
    private const string Back = "back";

    public void Set(string service, string address, int percent) => Write(service, new JsonObject
    {
        ["service"] = service, ["addresses"] = new JsonArray(address), ["percent"] = percent,
    });

    public void Remove(string service)
    {
        if (File.Exists(folder.CanariesFile)) Write(service, null);
    }

    /// <summary>Who runs the canary ends it then, before its time.</summary>
    /// <returns>False when the service has none.</returns>
    public bool AskToEnd(string service, bool isPromoted)
    {
        if (!Read().Any(one => (string?)one["service"] == service)) return false;
        File.WriteAllText(folder.CanaryEndOf(service), isPromoted ? Promote : Back);
        return true;
    }

    /// <returns>Whether it is to be promoted; null when nobody has asked, or the word is only half written.</returns>
    public bool? AskedToEnd(string service)
    {
        if (!File.Exists(folder.CanaryEndOf(service))) return null;
        return File.ReadAllText(folder.CanaryEndOf(service)) switch
        {
            Promote => true,
            Back => false,
            _ => null,
        };
    }

    public void ForgetEnd(string service) => File.Delete(folder.CanaryEndOf(service));

    private void Write(string service, JsonObject? canary)
    {
        var all = Read().Where(one => (string?)one["service"] != service).ToList();
        if (canary is not null) all.Add(canary);
        var text = new JsonObject { ["canaries"] = new JsonArray([.. all.Select(one => one.DeepClone())]) };
        var next = folder.CanariesFile + ".new";
        File.WriteAllText(next, text.ToJsonString());
        File.Move(next, folder.CanariesFile, overwrite: true);
    }

    private IEnumerable<JsonObject> Read()
    {
        try
        {
            return [.. JsonNode.Parse(File.ReadAllText(folder.CanariesFile))!["canaries"]!.AsArray()
                .OfType<JsonObject>()];
        }
        catch (Exception none) when (none is FileNotFoundException or JsonException)
        {
            return [];
        }
    }
}
