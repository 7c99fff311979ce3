@echo off
rem Runs Deno for this project: denow task NAME [flags]
rem Uses the pinned Deno from the PATH, else from a per-user cache, where npm puts it the first
rem time. Windows brings its own GPU driver interface (Direct3D 12), so nothing else is needed.
setlocal EnableExtensions DisableDelayedExpansion

rem Must equal the pin in the file denow; a test compares the two.
set "DENO_VERSION=2.9.6"

set "DENO="
for /f "tokens=2" %%v in ('deno --version 2^>nul ^| findstr /b /c:"deno "') do (
  if "%%v"=="%DENO_VERSION%" set "DENO=deno"
)
if defined DENO goto run

set "CACHE=%LOCALAPPDATA%\ssrl-ecg"
if "%LOCALAPPDATA%"=="" set "CACHE=%~dp0.cache"
set "FOLDER=%CACHE%\deno-%DENO_VERSION%"
set "DENO=%FOLDER%\deno.exe"
if exist "%DENO%" goto found

where npm >nul 2>nul
if errorlevel 1 (
  echo denow: Needs Deno %DENO_VERSION%, or npm to bring it. Install one of them: 1>&2
  echo denow: Node with npm from https://nodejs.org or Deno from https://docs.deno.com/runtime/ 1>&2
  exit /b 1
)
echo denow: Bringing Deno %DENO_VERSION%, once, into %FOLDER% 1>&2
set "STAGING=%CACHE%\staging-%RANDOM%%RANDOM%"
mkdir "%STAGING%" || exit /b 1
if "%LOCALAPPDATA%"=="" echo *>"%CACHE%\.gitignore"
rem "call" is needed because npm is itself a batch file.
call npm install "deno@%DENO_VERSION%" --prefix "%STAGING%" --ignore-scripts --include=optional ^
  --global=false --no-save --no-package-lock --no-audit --no-fund --loglevel=error 1>&2
if errorlevel 1 goto failed
if not exist "%FOLDER%" mkdir "%FOLDER%"
for /d %%d in ("%STAGING%\node_modules\@deno\*") do (
  if exist "%%d\deno.exe" move /y "%%d\deno.exe" "%DENO%" >nul
)
rmdir /s /q "%STAGING%"
if exist "%DENO%" goto found
:failed
echo denow: Cannot bring Deno %DENO_VERSION% through npm. Check the network, or install 1>&2
echo denow: Deno %DENO_VERSION% from https://docs.deno.com/runtime/ and put it on the PATH 1>&2
if exist "%STAGING%" rmdir /s /q "%STAGING%"
exit /b 1

:found
rem Tasks call deno by name.
set "PATH=%FOLDER%;%PATH%"
:run
if not defined SSRL_ECG_PROGRAM set "SSRL_ECG_PROGRAM=denow task"
"%DENO%" %*
exit /b %ERRORLEVEL%
