@echo off
rem The command of Tessera on Windows: builds what has changed, then runs src/Apps/Cli.
setlocal
set "TESSERA_ROOT=%~dp0"
set "TESSERA_ROOT=%TESSERA_ROOT:~0,-1%"
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_NOLOGO=1
where dotnet >nul 2>nul || (echo tessera: the .NET SDK is missing; version 10 is at https://dotnet.microsoft.com/download 1>&2 & exit /b 3)
set "CLI=%TESSERA_ROOT%\artifacts\bin\Cli\release\Tessera.Cli.dll"
if not exist "%TESSERA_ROOT%\artifacts" mkdir "%TESSERA_ROOT%\artifacts"
set BUILD=
if not exist "%CLI%" set BUILD=1
if /i "%~1"=="up" set BUILD=1
if /i "%~1"=="test" set BUILD=1
if /i "%~1"=="contracts" set BUILD=1
if defined BUILD (
    dotnet build "%TESSERA_ROOT%\src\Apps\Cli\Cli.csproj" -c Release -v q -clp:NoSummary --nologo > "%TESSERA_ROOT%\artifacts\build.log" 2>&1 || (
        findstr /c:"error " "%TESSERA_ROOT%\artifacts\build.log" 1>&2
        echo tessera: the build failed; all of it is in artifacts\build.log 1>&2
        exit /b 1
    )
)
dotnet "%CLI%" %*
exit /b %ERRORLEVEL%
