using System.Text.Json;
using Tessera.Cli.Logs;

namespace Tessera.Cli.Shop;

/// <summary>What went wrong, and how often: a thousand messages have mostly one cause.</summary>
internal static class ParkedByCause
{
    public static async Task<int> ShowAsync(
        Store store, IReadOnlyList<string> services, bool json, CancellationToken stop)
    {
        var found = new Dictionary<string, Stories.ParkedByCause>();
        foreach (var service in services)
        {
            var answer = await store.Client.GetAsync(
                $"/api/v1/services/{service}/messaging/parked/causes", await store.Scripts.TokenAsync(stop), stop);
            if (!answer.IsSuccess) throw new UserError($"{service} did not say what is parked: {answer.Problem()}");
            found[service] = answer.Read<Stories.ParkedByCause>();
        }
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(found, JsonSerializerOptions.Web));
            return ExitCodes.Ok;
        }
        foreach (var (service, groups) in found)
        {
            foreach (var group in groups.Causes)
            {
                var type = group.Type.Length > 0 ? PlainLine.Of(group.Type) : "no type";
                Console.WriteLine($"{service}  {group.Messages} of {type} in {group.Keys} keys, "
                    + $"{group.Followers} behind them, first {group.First:u}, last {group.Last:u}");
                Console.WriteLine($"    {PlainLine.Of(group.Cause.ReplaceLineEndings(" "))}");
            }
            if (!groups.IsWhole) Console.WriteLine($"{service} has more: these are the groups of the first ones.");
        }
        if (found.Values.All(groups => groups.Causes.Count == 0)) Console.WriteLine("Nothing is parked.");
        return ExitCodes.Ok;
    }
}
