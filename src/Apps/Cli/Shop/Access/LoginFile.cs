using System.Text.Json;

namespace Tessera.Cli.Shop;

/// <summary>Who signed in at a store from this account of this machine: the refresh token, for the person's eyes alone.
/// </summary>
internal sealed class LoginFile
{
    public const string Client = "tessera-cli";
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly string _file;
    private readonly Uri _gateway;

    public LoginFile(Uri gateway)
    {
        _gateway = gateway;
        var own = Environment.GetFolderPath(
            Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        var name = $"{gateway.Scheme}-{gateway.Host}-{gateway.Port}".Replace(':', '-');
        _file = Path.Combine(own, "tessera", $"login-{name}.json");
    }

    /// <summary>A new access token. The refresh token is used up by it; its successor takes its place.</summary>
    public async Task<string> RefreshAsync(ShopClient shop, CancellationToken stop)
    {
        if (Read() is not { } login)
            throw new UserError($"Nobody has signed in at {_gateway} from here. Sign in with: tessera login");
        var answer = await shop.PostFormAsync("/connect/token", new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = Client,
            ["refresh_token"] = login.RefreshToken,
        }, stop);
        if (!answer.IsSuccess)
            throw new UserError($"The sign-in has ended: {answer.Problem()} Sign in again with: tessera login");
        var token = answer.Read<TokenAnswer>();
        Keep(token);
        return token.AccessToken;
    }

    public void Keep(TokenAnswer token)
    {
        if (token.RefreshToken is null) throw new UserError("The store gave no refresh token.");
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var folder = Path.GetDirectoryName(_file)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, ownerOnly);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var next = $"{_file}.{Environment.ProcessId}.new"; // Moved as a whole: half of it would be no sign-in.
        using (var file = new FileStream(next, options))
            JsonSerializer.Serialize(file, new Login(_gateway.AbsoluteUri, token.RefreshToken), _json);
        File.Move(next, _file, overwrite: true);
    }

    private Login? Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Login>(File.ReadAllText(_file), _json);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException broken)
        {
            throw new UserError($"{_file} cannot be read as JSON: {broken.Message}");
        }
    }

    private sealed record Login(string Gateway, string RefreshToken);
}
