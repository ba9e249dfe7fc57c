using System.Text;

namespace Tessera.Cli.Shipping;

/// <summary>What all processes are told by their environment; nothing of it is a secret.</summary>
internal static class DeploySettings
{
    public static string Of(IReadOnlyList<ListedProcess> all, IReadOnlyList<(string Key, string Value)> own)
    {
        List<(string Key, string Value)> settings =
        [
            ("ASPNETCORE_HTTP_PORTS", ""), // The base image's, which says nothing here: Listen__Http1 does.
            ("Database__Engine", "postgres"),
            ("Gateway__ResolveInterval", $"00:00:0{DeployTemplate.ResolveSeconds}"),
            ("Tessera__Logs", "json"),
            ("Messaging__Broker", "rabbitmq"),
            ("Stop__UnreadyFor", $"00:00:0{DeployTemplate.UnreadySeconds}"),
            ("Tessera__SecretsDirectory", "/run/secrets/tessera"),
            .. all.Where(each => !each.IsGateway).Select(each => ($"Services__{each.Project}", AddressOf(each))),
            .. all.Where(each => each.IsApp).Select(each =>
                ($"{each.Project}__Gateway", $"http://gateway:{all.Single(one => one.IsGateway).Http1}/")),
            .. all.Where(each => each.IsForeign).SelectMany(each => each.Calls.Select(name =>
                ($"{each.Project}__{all.Single(one => one.Name == name).Project}", AskedBy(each, name, all)))),
            .. own,
        ];
        var text = new StringBuilder();
        foreach (var (key, value) in settings.OrderBy(setting => setting.Key, StringComparer.Ordinal))
            text.Append(key).Append('=').Append(value).Append('\n');
        return text.ToString();
    }

    private static string AskedBy(ListedProcess caller, string name, IReadOnlyList<ListedProcess> all) =>
        $"http://{name}:{all.Single(one => one.Name == name).PortFor(caller)}/";

    private static string AddressOf(ListedProcess process) => $"http://{process.Name}:{process.Internal}";
}
